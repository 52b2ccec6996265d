/** The options of a command that a declaration has (search/question.ts): their names, values, defaults and descriptions. */
import { InvalidArgumentError, Option, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { AkinError } from '../errors.ts';
import { checked } from '../search/checked.ts';
import { parametersOf, valueOf, type Parameter } from '../search/parameters.ts';
import type { z } from 'zod';

/** Adds an option for every part of a shape. The values that commander hands over have been checked by their parts. */
export function declare(command: CommandUnknownOpts, shape: Record<string, z.ZodType>): void {
  for (const parameter of parametersOf(shape)) command.addOption(optionOf(parameter));
}

function optionOf(parameter: Parameter): Option {
  const { name, type, choices, alone, default: byDefault, description = '', schema } = parameter;
  const value = parameter.value ?? type;
  const form = {
    boolean: '',
    list: ` <${value}...>`,
    choice: ` <${value}>`,
    number: ` <${value}>`,
    text: ` <${value}>`,
  };
  const option = new Option(
    `--${parameter.option ?? dashed(name)}${alone === undefined ? form[type] : ` [${value}]`}`,
    plainText(description),
  );
  option.attributeName = () => name;
  if (alone !== undefined) option.preset(alone);
  if (choices) option.choices(choices);
  else if (type !== 'boolean' && type !== 'list') option.argParser((text) => valueFrom(parameter, schema, text));
  if (byDefault !== undefined) option.default(byDefault);
  return option;
}

function valueFrom(parameter: Parameter, schema: z.ZodType, text: string): unknown {
  try {
    return checked(schema, valueOf(parameter, text));
  } catch (error) {
    if (!(error instanceof AkinError)) throw error;
    throw new InvalidArgumentError(`${error.message}.`);
  }
}

/** `unlikeAbove` as `unlike-above`. */
const dashed = (name: string): string => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Without the marks that a page would set as code, and beginning small, as commander's own descriptions do. */
const plainText = (text: string): string =>
  text.replaceAll('`', '').replace(/^[A-Z](?![A-Z])/, (first) => first.toLowerCase());

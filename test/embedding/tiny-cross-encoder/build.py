"""Builds model.onnx beside it: a cross-encoder whose logit is the share of the question's tokens that the passage has.

Only for whoever changes it: pip install onnx==1.* && python build.py. Special tokens count for nothing; a question without
any other token gets 0.
"""

from pathlib import Path

from onnx import TensorProto, checker, helper, save

CLS, SEP = 101, 102
AXES = ["batch", "tokens"]


def constant(name, values, kind=TensorProto.INT64, shape=None):
    return helper.make_tensor(name, kind, [len(values)] if shape is None else shape, values)


def node(kind, inputs, output, **attributes):
    return helper.make_node(kind, inputs, [output], **attributes)


graph = helper.make_graph(
    [
        node("Equal", ["input_ids", "cls"], "is_cls"),
        node("Equal", ["input_ids", "sep"], "is_sep"),
        node("Or", ["is_cls", "is_sep"], "is_special"),
        node("Not", ["is_special"], "is_word"),
        node("Cast", ["token_type_ids"], "is_second", to=TensorProto.BOOL),
        node("Not", ["is_second"], "is_first"),
        node("And", ["is_word", "is_first"], "asked"),
        node("And", ["is_word", "is_second"], "said"),
        # Tokens against tokens: which of them are the same, and of the passage?
        node("Unsqueeze", ["input_ids", "two"], "down"),
        node("Unsqueeze", ["input_ids", "one"], "across"),
        node("Equal", ["down", "across"], "same"),
        node("Unsqueeze", ["said", "one"], "said_across"),
        node("And", ["same", "said_across"], "same_and_said"),
        node("Cast", ["same_and_said"], "found_as_numbers", to=TensorProto.FLOAT),
        node("ReduceMax", ["found_as_numbers", "two"], "found", keepdims=0),
        node("Cast", ["asked"], "asked_as_numbers", to=TensorProto.FLOAT),
        node("Mul", ["found", "asked_as_numbers"], "hits"),
        node("ReduceSum", ["hits", "one"], "hit_count", keepdims=1),
        node("ReduceSum", ["asked_as_numbers", "one"], "asked_count", keepdims=1),
        node("Max", ["asked_count", "at_least"], "divisor"),
        node("Div", ["hit_count", "divisor"], "share"),
        # All inputs must be used; what is attended to is everything.
        node("Cast", ["attention_mask"], "mask_as_numbers", to=TensorProto.FLOAT),
        node("ReduceMax", ["mask_as_numbers", "one"], "attended", keepdims=1),
        node("Mul", ["share", "attended"], "logits"),
    ],
    "share of the question's tokens that the passage has",
    [helper.make_tensor_value_info(name, TensorProto.INT64, AXES) for name in ("input_ids", "attention_mask", "token_type_ids")],
    [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", 1])],
    [
        constant("cls", [CLS]),
        constant("sep", [SEP]),
        constant("one", [1]),
        constant("two", [2]),
        constant("at_least", [1.0], TensorProto.FLOAT),
    ],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
checker.check_model(model, full_check=True)
save(model, Path(__file__).with_name("model.onnx"))

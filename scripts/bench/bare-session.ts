/** A thread of the embed benchmark: one bare single-threaded ONNX session over ready-made token ids. */
import '../../src/no-telemetry.ts';
import { parentPort, workerData } from 'node:worker_threads';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const session = await InferenceSession.create(workerData as string, { intraOpNumThreads: 1, interOpNumThreads: 1 });
const row = (ids: number[], valueAt: (id: number) => number) =>
  new Tensor(
    'int64',
    BigInt64Array.from(ids, (id) => BigInt(valueAt(id))),
    [1, ids.length],
  );

parentPort!.on('message', (texts: number[][]) => {
  void (async () => {
    for (const ids of texts) {
      const outputs = await session.run({
        input_ids: row(ids, (id) => id),
        attention_mask: row(ids, () => 1),
        token_type_ids: row(ids, () => 0),
      });
      for (const tensor of Object.values(outputs)) tensor.dispose();
    }
    parentPort!.postMessage('done');
  })();
});
parentPort!.postMessage('ready');

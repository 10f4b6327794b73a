import type { Link } from "../spec/link.ts";

export type Collective = "all-reduce" | "all-gather" | "reduce-scatter" | "all-to-all";

/**
 * Time of a collective among g devices, s. `bytes` is the buffer of one device (all-gather: that of the result).
 *
 *   w = bandwidth · efficiency       l = latency + perDevice · (g − 2)
 *
 *   full, switch   the quicker of
 *     one-shot     l + (g − 1) · bytes / w                             every device sends all it has to every other (all-reduce)
 *     two-shot     l + twoShot + 2 (g − 1)/g · bytes / w               reduce-scatter, then all-gather
 *     the others   l + (g − 1)/g · bytes / w                           in one step
 *   ring           2 (g − 1) · (latency + bytes / (g · w))             all-reduce (Patarasuk and Yuan 2009); half of it for the others;
 *                  (g − 1) · latency + g/4 · bytes / w                 all-to-all: bytes go g/4 hops in the mean
 *
 * Of `full` links a group of g devices has (g − 1) of the (devices − 1) that a device has. Constants: fitted to the all-reduce of NCCL,
 * TensorRT-LLM and vLLM on A100 and H100 (docs/service.md). Limits of validity: one node, 256 B to 512 MB, nothing else on the links.
 * Checked: test/validation/service/collectives.test.ts.
 *
 * @param devices ≥ 1; 1 takes no time
 */
export function collectiveSeconds(kind: Collective, devices: number, bytes: number, link: Link): number {
  if (devices <= 1) return 0;
  const rate = wireRate(devices, link);
  const share = (devices - 1) / devices;
  if (link.topology === "ring") {
    const step = link.latency + bytes / (devices * rate);
    if (kind === "all-reduce") return 2 * (devices - 1) * step;
    if (kind === "all-to-all") return (devices - 1) * link.latency + ((devices / 4) * bytes) / rate;
    return (devices - 1) * step;
  }
  const latency = link.latency + link.perDevice * (devices - 2);
  if (kind !== "all-reduce") return latency + (share * bytes) / rate;
  const oneShot = latency + ((devices - 1) * bytes) / rate;
  const twoShot = latency + link.twoShot + (2 * share * bytes) / rate;
  return Math.min(oneShot, twoShot);
}

/** Bytes that all devices of a group together send; of an all-reduce as two-shot or ring, the least that does. */
export function collectiveBytes(kind: Collective, devices: number, bytes: number): number {
  return (kind === "all-reduce" ? 2 : 1) * (devices - 1) * bytes;
}

/** Time of a message from one device to another, s; of `full` links over the one between the two. */
export function messageSeconds(bytes: number, link: Link): number {
  const rate = link.topology === "full" ? wireRate(2, link) : link.bandwidth * link.efficiency;
  return link.latency + bytes / rate;
}

function wireRate(devices: number, { bandwidth, efficiency, topology, devices: joined }: Link): number {
  const used = topology === "full" ? Math.min(1, (devices - 1) / (joined - 1)) : 1;
  return bandwidth * efficiency * used;
}

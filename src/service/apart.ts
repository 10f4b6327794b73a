import type { Link } from "../spec/link.ts";
import type { DecoderModel } from "../spec/model.ts";
import { specSetOf, type SpecSet } from "../spec/settings.ts";
import { indivisible } from "./divide.ts";
import { bytesOfToken, createServer, type NoServer, type Server } from "./server.ts";
import type { ServiceSpec, Wire } from "./types.ts";

/** Devices of a replica that work on prompts alone, and what takes keys and values to those that decode. */
export interface Apart {
  readonly specs: SpecSet;
  /** One group of devices; its pages hold the prompts of it. */
  readonly server: Server;
  readonly groups: number;
  readonly devices: number;
  /** Bytes that a token of a prompt leaves in the caches, of all models. */
  readonly tokenBytes: number;
  /** Between a group and the decoding devices: B/s of all of them together, s, pJ for each byte. */
  readonly wire: Wire;
}

/** Why prompts cannot be worked on there: a predicate of a key of the service. */
export interface Unfit {
  readonly key: string;
  readonly message: string;
}

/**
 * The devices for prompts of a service that has some.
 *
 * @param specs  those that decode
 */
export function apartOf(
  specs: SpecSet & { readonly model: DecoderModel },
  { server: settings, parallel, members }: Pick<ServiceSpec, "server" | "parallel" | "members">,
): Apart | NoServer | Unfit | null {
  const { prefill } = settings;
  if (prefill === null) return null;
  const { model, deployment, technology } = specs;
  const own =
    prefill.hardware === null ? specs : specSetOf({ hardware: prefill.hardware, model, deployment, technology });
  const divided = { tensor: prefill.tensor, pipeline: 1, expert: 1, data: 1 };
  const wrong = indivisible(model, divided, own.hardware);
  if (wrong !== null) return { key: "server.prefill.tensor", message: wrong.message };
  if (members !== null)
    return {
      key: "server.prefill",
      message:
        "has devices of their own, which goes with devices that are alike; with parallel.members it is not modelled",
    };
  if (parallel.pipeline > 1)
    return {
      key: "server.prefill",
      message:
        "has devices of their own, which goes with parallel.tensor, expert and data; the batches of a pipeline would share them, which is not modelled",
    };
  const links = [own.hardware.link, specs.hardware.link];
  const wire = prefill.link ?? slowerOf(links);
  if (wire === null) {
    const without = (links[0] === undefined ? own : specs).hardware.name;
    return {
      key: "server.prefill",
      message: `has devices of their own, but ${without} has no link; give server.prefill.link, for example { bandwidth: 50 GB/s }`,
    };
  }
  const server = createServer({ specs: { ...own, model }, settings, parallel: divided, members: null });
  if ("reason" in server) return { reason: `for prompts: ${server.reason}` };
  const senders = Math.min(prefill.tensor, parallel.tensor * parallel.expert);
  return {
    ...{ specs: own, server, groups: prefill.devices / prefill.tensor, devices: prefill.devices },
    tokenBytes: bytesOfToken(specs, settings),
    wire: { ...wire, bandwidth: wire.bandwidth * senders },
  };
}

function slowerOf(links: readonly (Link | undefined)[]): Wire | null {
  let slowest: Wire | null = null;
  for (const link of links) {
    if (link === undefined) return null;
    const wire = { ...link, bandwidth: link.bandwidth * link.efficiency };
    if (slowest === null || wire.bandwidth < slowest.bandwidth) slowest = wire;
  }
  return slowest;
}

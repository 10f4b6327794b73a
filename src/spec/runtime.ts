import * as z from "zod";
import { flag, oneOf, quantity, real, section } from "./fields.ts";
import { scheduleFields, type ScheduleSettings } from "./schedule.ts";

/** Kernels by what starting one takes: a product, a softmax, a normalisation, other work of the lanes, attention as one kernel. */
export const KERNEL_CLASSES = ["gemm", "softmax", "normalisation", "elementwise", "attention"] as const;
export type KernelClass = (typeof KERNEL_CLASSES)[number];

/**
 * Software that runs a model on the device.
 *
 *   eager   a framework that starts one operator after the other from the host
 *   graph   library kernels captured once and replayed by the device, as servers of language models do
 *   fused   kernels that a compiler has made of several operators, replayed too
 */
export const STACKS = ["eager", "graph", "fused"] as const;
export type StackName = (typeof STACKS)[number];

/** What one stack takes to start a kernel of each class, s, and which operators it runs inside others. */
export type Stack = Readonly<Record<KernelClass, number>> & { readonly fusion: ScheduleSettings["fusion"] };

/**
 * What the host does for each pass through a model, s. A first pass (prefill; of a model without decode its only one) and a decode
 * step of a batch take
 *
 *   first  = max(perPrefill, batch / requestsPerSecond)
 *   step   = max(perStep + perSequence · batch, batch / tokensPerSecond)
 *
 * added to the time of the device, or with `overlap` done beside it but for perStep, in which the device waits: the rest of a pass takes
 * the longer of the two. In a service a step has prompts too, and perPrefill is that of each which ends.
 */
export interface HostTimes {
  readonly perStep: number;
  readonly perSequence: number;
  readonly perPrefill: number;
  readonly overlap: boolean;
  /** Requests and output tokens a second that the front end keeps up with; Infinity: any. */
  readonly requestsPerSecond: number;
  readonly tokensPerSecond: number;
}

export interface Runtime {
  /** The stack that runs. */
  readonly stack: StackName;
  readonly stacks: Readonly<Partial<Record<StackName, Stack>>>;
  readonly host: HostTimes;
}

export const NO_HOST: HostTimes = Object.freeze({
  perStep: 0,
  perSequence: 0,
  perPrefill: 0,
  overlap: false,
  requestsPerSecond: Infinity,
  tokensPerSecond: Infinity,
});

const seconds = quantity("time", { min: 0, max: 1 });
const perSecond = real(1e-6, 1e12);

export const hostFields = {
  perStep: seconds,
  perSequence: seconds,
  perPrefill: seconds,
  overlap: flag(),
  requestsPerSecond: perSecond,
  tokensPerSecond: perSecond,
} as const;

export const stackName = oneOf(STACKS);

const time = seconds.default(0);
const stack = section({
  gemm: time,
  softmax: time,
  normalisation: time,
  elementwise: time,
  attention: seconds.optional().describe("Attention as one kernel; as gemm where left out"),
  fusion: scheduleFields.fusion.default("none").describe("Operators that it runs inside another's kernel"),
});

/** `runtime:` of a hardware file, as written. */
export const runtimeSchema = section({
  default: stackName
    .optional()
    .describe("The stack that runs where --set runtime says nothing; may be left out of one"),
  eager: stack.optional().describe("Operators started one by one from the host: time to start a kernel, by class"),
  graph: stack.optional().describe("Library kernels that the device replays: what is left of starting each"),
  fused: stack.optional().describe("Kernels that a compiler has made of several operators"),
  host: section({
    perStep: hostFields.perStep.default(0).describe("Host time of a decode step"),
    perSequence: hostFields.perSequence.default(0).describe("And for each sequence in it"),
    perPrefill: hostFields.perPrefill.default(0).describe("Host time of a first pass"),
    overlap: hostFields.overlap.default(false).describe("Whether the host works while the device does, perStep apart"),
    requestsPerSecond: hostFields.requestsPerSecond.optional().describe("Requests that its front end keeps up with"),
    tokensPerSecond: hostFields.tokensPerSecond.optional().describe("Output tokens that its front end keeps up with"),
  })
    .optional()
    .describe("What the host does for each pass through a model"),
});

export type RawRuntime = z.output<typeof runtimeSchema>;

/** A runtime as written → the one that runs; a text: what is wrong with `default`. */
export function runtimeOf(raw: RawRuntime): Runtime | string {
  const stacks = Object.fromEntries(
    STACKS.flatMap((name) => {
      const written = raw[name];
      return written === undefined
        ? []
        : [[name, { ...written, attention: written.attention ?? written.gemm }] as const];
    }),
  );
  const given = STACKS.filter((name) => raw[name] !== undefined);
  const [only] = given;
  if (only === undefined) return "needs a stack beside it: eager, graph or fused";
  if (raw.default === undefined && given.length > 1) return `must be one of the stacks given: ${given.join(", ")}`;
  const chosen = raw.default ?? only;
  if (raw[chosen] === undefined) return `is ${chosen}, but must be one of the stacks given: ${given.join(", ")}`;
  const host = {
    ...NO_HOST,
    ...raw.host,
    requestsPerSecond: raw.host?.requestsPerSecond ?? Infinity,
    tokensPerSecond: raw.host?.tokensPerSecond ?? Infinity,
  };
  return { stack: chosen, stacks, host };
}

/** The stack that runs; null: kernels start in no time. */
export function stackOf(runtime: Runtime | null): Stack | null {
  return runtime === null ? null : runtime.stacks[runtime.stack]!;
}

/** Whether the host takes any time. */
export function hasHost({ perStep, perSequence, perPrefill, requestsPerSecond, tokensPerSecond }: HostTimes): boolean {
  return perStep + perSequence + perPrefill > 0 || Math.min(requestsPerSecond, tokensPerSecond) < Infinity;
}

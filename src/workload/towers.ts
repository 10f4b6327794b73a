import type { TowerModel, TowersModel } from "../spec/model.ts";
import { tokensLeft } from "../spec/token-reduction.ts";
import { extraTokensOf } from "./embedding.ts";
import type { Workload } from "./operator.ts";
import { connectedTokens } from "./vit.ts";

/**
 * Towers one after the other on `batch` inputs. Names of operators and towers begin with the name of the part; what a vision part hands on
 * waits while later parts run.
 *
 * @param build  the workload of one part
 */
export function towersWorkload(
  { name, towers }: TowersModel,
  batch: number,
  build: (part: TowerModel, batch: number) => Workload,
): Workload {
  const parts = towers.map((part) => ({ part, work: build(part, batch) }));
  const sum = (of: (work: Workload) => number) => parts.reduce((total, { work }) => total + of(work), 0);
  let waiting = 0;
  let peak = 0;
  let fused = 0;
  for (const { part, work } of parts) {
    peak = Math.max(peak, waiting + work.peakActivationElements);
    fused = Math.max(fused, waiting + work.peakFusedElements);
    waiting += batch * handedOn(part);
  }
  return {
    model: name,
    operators: parts.flatMap(({ part, work }) =>
      work.operators.map((operator) => ({
        ...operator,
        name: `${part.name}.${operator.name}`,
        tower: work.operators[0]?.tower === operator.tower ? part.name : `${part.name}.${operator.tower}`,
      })),
    ),
    parameters: Object.fromEntries(
      parts.map(({ part, work }) => [part.name, Object.values(work.parameters).reduce((a, b) => a + b, 0)]),
    ),
    activeParameters: sum((work) => work.activeParameters),
    kvCacheElements: sum((work) => work.kvCacheElements),
    kvElementsPerToken: sum((work) => work.kvElementsPerToken),
    peakActivationElements: peak,
    peakFusedElements: fused,
  };
}

/** Elements of one input that a part leaves for later ones. */
export function handedOn(part: TowerModel): number {
  if (part.family !== "vit") return 0;
  const { vision, connector } = part;
  if (connector === undefined)
    return vision.pooling === "all" ? (tokensLeft(vision) - extraTokensOf(vision)) * vision.hidden : vision.hidden;
  return connectedTokens(vision, connector) * connector.widths.at(-1)!;
}

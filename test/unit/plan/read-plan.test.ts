import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { SpecError } from "../../../src/errors/index.ts";
import { instantText, plan, readPlanFile, type Job, type PlanFile } from "../../../src/plan/index.ts";

const folder = mkdtempSync(join(tmpdir(), "ecotile-plan-"));
afterAll(() => rmSync(folder, { recursive: true }));

const HOUR = 3_600_000;
/** Hours from an instant, for each region its intensity by hour. */
function grid(
  name: string,
  from: string,
  hours: number,
  regions: Readonly<Record<string, (hour: number) => number>>,
): void {
  const start = Date.parse(from);
  const rows = Array.from({ length: hours }, (_, i) =>
    Object.entries(regions).map(([region, of]) => `${instantText(start + i * HOUR)},${region},${of(i)}`),
  );
  writeFileSync(join(folder, name), ["time,region,intensity_gCO2e_per_kWh", ...rows.flat(), ""].join("\n"));
}

function read(tree: Readonly<Record<string, unknown>>): PlanFile {
  const path = join(folder, "job.yaml");
  writeFileSync(path, JSON.stringify(tree));
  const noWorkload = () => ({ reason: "no chip here" });
  return readPlanFile(path, noWorkload, () => null);
}

const jobsOf = (tree: Readonly<Record<string, unknown>>): readonly Job[] => read(tree).jobs!.jobs;
const startsOf = (jobs: readonly Job[]): readonly string[] => jobs.map(({ from }) => instantText(from));

function codesOf(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof SpecError) return error.problems.map(({ code }) => code);
    throw error;
  }
  return [];
}

describe("local times", () => {
  const nightly = (from: string, count: number) => ({
    ...{ grid: "dst.csv", zone: "Europe/Berlin" },
    jobs: [{ id: "n", power: "1 W", duration: "1 h", from, slack: "2 h", repeat: { count } }],
  });

  it("keep to the clock over the change to summer time and back", () => {
    grid("dst.csv", "2024-03-29T00:00Z", 24 * 5, { de: () => 100 });
    // The clock goes from 02:00 to 03:00 on the 31st.
    expect(startsOf(jobsOf(nightly("2024-03-30T01:00", 3)))).toEqual([
      ...["2024-03-30T00:00Z", "2024-03-31T00:00Z", "2024-03-31T23:00Z"],
    ]);
    grid("dst.csv", "2024-10-25T00:00Z", 24 * 5, { de: () => 100 });
    expect(startsOf(jobsOf(nightly("2024-10-26T04:00", 3)))).toEqual([
      ...["2024-10-26T02:00Z", "2024-10-27T03:00Z", "2024-10-28T03:00Z"],
    ]);
  });

  it("that the clock leaves out are later, of those that it passes twice the first counts", () => {
    grid("dst.csv", "2024-03-29T00:00Z", 24 * 5, { de: () => 100 });
    expect(startsOf(jobsOf(nightly("2024-03-31T02:30", 1)))).toEqual(["2024-03-31T01:30Z"]);
    grid("dst.csv", "2024-10-25T00:00Z", 24 * 5, { de: () => 100 });
    expect(startsOf(jobsOf(nightly("2024-10-27T02:30", 1)))).toEqual(["2024-10-27T00:30Z"]);
  });

  it("need a zone that there is", () => {
    grid("dst.csv", "2024-03-29T00:00Z", 24, { de: () => 100 });
    const job = { power: "1 W", duration: "1 h", from: "2024-03-29T01:00", slack: "2 h" };
    expect(codesOf(() => read({ grid: "dst.csv", jobs: [job] }))).toEqual(["trace/offset"]);
    expect(codesOf(() => read({ grid: "dst.csv", zone: "Europe/Berln", jobs: [job] }))).toContain("plan/zone");
  });
});

describe("what a job file says", () => {
  grid("two.csv", "2024-05-01T00:00Z", 24, { home: (hour) => 300 + hour, away: (hour) => 100 + hour });
  const job = { power: "1 kW", duration: "2 h", from: "2024-05-01T00:00Z", deadline: "2024-05-02T00:00Z" };

  it.each([
    ["neither energy nor power", { ...job, power: undefined, regions: ["home"] }, "spec/conflict"],
    ["both", { ...job, energy: "1 kWh", regions: ["home"] }, "spec/conflict"],
    ["a region that is not there", { ...job, regions: ["home", "moon"] }, "plan/region"],
    ["no region where there are two", job, "plan/region"],
    ["a window that is too short", { ...job, regions: ["home"], deadline: "2024-05-01T01:00Z" }, "plan/window"],
    ["a window that leaves the grid", { ...job, regions: ["home"], deadline: "2024-05-03T00:00Z" }, "plan/window"],
    [
      "a chip that cannot run it",
      { workload: { model: "m", hardware: "h", inferences: 1 }, regions: ["home"] },
      "plan/workload",
    ],
    ["a misspelt key of a pause", { ...job, regions: ["home"], pause: { costs: "10 Wh" } }, "spec/unknown-key"],
    ["a power without unit", { ...job, power: 5, regions: ["home"] }, "spec/missing-unit"],
  ])("%s is refused", (_, written, code) => {
    expect(codesOf(() => read({ grid: "two.csv", jobs: [written] }))).toEqual([code]);
  });

  it("a job goes where it is cleaner if that outweighs its transfer", async () => {
    const regionOf = async (transfer: string): Promise<string> => {
      const { jobs } = read({ grid: "two.csv", jobs: [{ ...job, regions: ["home", "away"], transfer }] });
      const result = await plan(jobs!, { policy: "optimal", quantile: 0.3 });
      return result.kind === "planned" ? result.jobs[0]!.region : "";
    };
    // 2 kWh save 200 g each; 1 kWh at home is 300 g.
    expect(await regionOf("1 kWh")).toBe("away");
    expect(await regionOf("1.5 kWh")).toBe("home");
  });

  it("jobs of a CSV file are those of a list", () => {
    writeFileSync(
      join(folder, "jobs.csv"),
      "id,energy_kWh,duration_s,from,deadline,pause,regions\na,2,7200,2024-05-01T00:00Z,2024-05-02T00:00Z,true,home;away\n",
    );
    const listed = { ...job, id: "a", power: undefined, energy: "2 kWh", pause: true, regions: ["home", "away"] };
    expect(jobsOf({ grid: "two.csv", jobs: "jobs.csv" })).toEqual(jobsOf({ grid: "two.csv", jobs: [listed] }));
  });

  it("noise is a forecast of its seed, and carbon is that of the true grid", async () => {
    const noisy = (seed: number) =>
      read({ grid: "two.csv", forecast: { noise: "50 %", seed }, jobs: [{ ...job, regions: ["home"] }] }).jobs!;
    const values = (seed: number) => [...noisy(seed).regions.get("home")!.forecast.values];
    expect(values(1)).toEqual(values(1));
    expect(values(1)).not.toEqual(values(2));
    const result = await plan(noisy(1), { policy: "optimal", quantile: 0.3 });
    if (result.kind !== "planned") expect.unreachable();
    const [start] = result.jobs[0]!.intervals;
    const hour = (start!.start - Date.parse("2024-05-01T00:00Z")) / HOUR;
    expect(result.carbonTotal).toBeCloseTo((300 + hour + 301 + hour) / 1000, 6);
    expect(result.bound).toBeCloseTo(0.601, 6);
  });

  it("jobs that cannot run at once have no plan, and policies know no power limit", async () => {
    const tight = { ...job, regions: ["home"], deadline: "2024-05-01T02:00Z" };
    const { jobs } = read({ grid: "two.csv", capacity: { power: "1.5 kW" }, jobs: [tight, { ...tight, id: "b" }] });
    expect(await plan(jobs!, { policy: "optimal", quantile: 0.3 })).toMatchObject({
      kind: "infeasible",
      isProved: true,
    });
    await expect(plan(jobs!, { policy: "now", quantile: 0.3 })).rejects.toThrow("knows no other job");
  });
});

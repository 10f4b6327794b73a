import { listPresets, loadCore, readMachine, readSpecs, SpecError } from "ecotile/core";
import bytes from "ecotile/core.wasm";
import { products } from "../products.mjs";

const find = (id) => document.getElementById(id);
const form = find("form");

const METRICS = {
  latency_s: "s an inference",
  energy_total_J: "J an inference",
  area_mm2: "mm² of silicon",
  carbon_embodied_kgCO2e: "kgCO2e to make it",
  carbon_operational_kgCO2e: "kgCO2e to run it for its life",
  carbon_total_kgCO2e: "kgCO2e in all",
};

function fill(name, values, chosen) {
  for (const value of values) form.elements[name].append(new Option(value, value, false, value === chosen));
}

function showNumbers(document_) {
  const rows = Object.entries(METRICS).map(([key, unit]) => {
    const row = document.createElement("tr");
    const value = document_[key];
    for (const text of [key, value === null ? "unknown" : String(Number(value.toPrecision(5))), unit])
      row.insertCell().textContent = text;
    return row;
  });
  find("numbers").replaceChildren(...rows);
}

/** Bars of the energy of an inference by its source. */
function showChart({ parts }) {
  const entries = Object.entries(parts).filter(([, joules]) => joules > 0);
  const most = Math.max(...entries.map(([, joules]) => joules));
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const add = (name, attributes, text = "") => {
    const element = document.createElementNS(svg.namespaceURI, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    svg.append(element);
  };
  svg.setAttribute("viewBox", `0 0 600 ${30 * entries.length}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", "Energy of an inference by its source");
  entries.forEach(([source, joules], i) => {
    add("text", { x: 0, y: 30 * i + 19 }, source);
    add("rect", { x: 80, y: 30 * i + 4, width: Math.max(1, (400 * joules) / most), height: 20, fill: "#2f6f4f" });
    add("text", { x: 490, y: 30 * i + 19 }, `${Number((1000 * joules).toPrecision(3))} mJ`);
  });
  find("chart").replaceChildren(...(entries.length > 0 ? [svg] : []));
}

function simulate(core) {
  const { model, hardware, region, rate, batch } = Object.fromEntries(new FormData(form));
  for (const id of ["numbers", "chart"]) find(id).replaceChildren();
  try {
    const specs = readSpecs({
      model,
      hardware,
      settings: { "deployment.batch": Number(batch) },
      deployment: { region, rate },
    });
    const result = core.simulateJson(specs);
    find("problems").textContent = result.violations.map(({ detail }) => detail).join("\n");
    if (result.latency_s === undefined) return;
    showNumbers(result);
    showChart(result.energy_J);
  } catch (error) {
    if (!(error instanceof SpecError)) throw error;
    find("problems").textContent = error.problems
      .map(({ message, hint }) => `${message} ${hint ?? ""}`.trim())
      .join("\n");
  }
}

/** The same bytes as in the other hosts of this folder. */
function runProducts(core) {
  const machine = readMachine({ hardware: form.elements.hardware.value });
  const { results } = core.run(core.records(machine, products).records);
  find("products").results = results;
  find("digest").textContent = `${results.length} bytes`;
}

const core = loadCore(bytes);

fill("model", listPresets("models"), "clip-vit-b16");
fill("hardware", listPresets("hardware"), "catransformers-22nm");
fill("region", listPresets("regions"), "california");
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void core.then(simulate);
});
find("products").addEventListener("click", () => void core.then(runProducts));
void core.then(simulate);

"""Samplers of other libraries on the tables that tables.mjs has written.

peers.py FOLDER SAMPLER SEEDS EVALUATIONS

SAMPLER is deap, optuna-nsga2 or optuna-tpe. Prints one JSON document: its name and version, and of each seed the feasible designs
as [evaluation, -accuracy, carbon], in order. What a design misses of its limits is told to every sampler in its own way.
"""

import array
import json
import random
import sys
import warnings

folder, sampler, seeds, evaluations = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])


def floats(name):
    values = array.array("d")
    with open(f"{folder}/{name}", "rb") as file:
        values.frombytes(file.read())
    return values


with open(f"{folder}/parts.json", encoding="utf8") as file:
    PARTS = json.load(file)
ROWS, ACCURACIES = floats("rows.bin"), floats("accuracies.bin")
(A, B), WIDTH, LIMIT = PARTS["counts"], PARTS["width"], PARTS["limit"]
PATHS = [each["path"] for each in PARTS["parameters"]]
VALUES = [each["values"] for each in PARTS["parameters"]]
SIZES = [len(values) for values in VALUES]


def places_of(parts):
    """How the number of a part is found from the genes of a design."""
    at = [PATHS.index(path) for path in parts[0]]
    places = {tuple(part[PATHS[i]] for i in at): number for number, part in enumerate(parts)}
    return lambda genes: places[tuple(VALUES[i][genes[i]] for i in at)]


chip_of, first_of, second_of = (places_of(PARTS[name]) for name in ("chips", "first", "second"))
# A chip that breaks a limit by itself is worse than any design that is too slow.
CHIP_MISSES = 1000.0


def evaluated(genes):
    """Costs (None on a chip that breaks a limit), and what is missed."""
    row, first, second = chip_of(genes) * WIDTH, first_of(genes), second_of(genes)
    if ROWS[row] < 0:
        return None, CHIP_MISSES + ROWS[row + 1]
    carbon, latency = (
        ROWS[at] + (ROWS[at + 1 + first] + ROWS[at + 1 + A + second]) for at in (row + 2, row + 3 + A + B)
    )
    return (-ACCURACIES[first * B + second], carbon), max(0.0, latency - LIMIT) / LIMIT


def deap_run(seed):
    """NSGA-II as DEAP's own example has it, with two-point crossover; no design is tried twice, which its example leaves out and which helps it."""
    from deap import base, tools

    class Fitness(base.Fitness):
        weights = (-1.0, -1.0)

    class Individual(list):
        def __init__(self, genes):
            super().__init__(genes)
            self.fitness = Fitness()

    population, found, seen, count = 60, [], set(), 0
    random.seed(seed)
    lows, highs = [0] * len(SIZES), [size - 1 for size in SIZES]

    def mutated(individual):
        tools.mutUniformInt(individual, lows, highs, 1 / len(SIZES))

    def evaluate(individual):
        nonlocal count
        count += 1
        costs, missed = evaluated(individual)
        if costs is not None and missed == 0:
            found.append([count, *costs])
            individual.fitness.values = costs
        else:
            individual.fitness.values = (CHIP_MISSES + missed, CHIP_MISSES + missed)
        return individual

    pool = [evaluate(Individual(random.randrange(size) for size in SIZES)) for _ in range(population)]
    seen.update(tuple(each) for each in pool)
    pool = tools.selNSGA2(pool, population)
    while count < evaluations:
        children = []
        while len(children) < min(population, evaluations - count):
            pair = [Individual(each) for each in tools.selTournamentDCD(pool, 4)[:2]]
            if random.random() < 0.9:
                tools.cxTwoPoint(*pair)
            for child in pair:
                mutated(child)
                for _ in range(20):
                    if tuple(child) not in seen:
                        break
                    mutated(child)
                seen.add(tuple(child))
                children.append(child)
        children = children[: evaluations - count]
        pool = tools.selNSGA2(pool + [evaluate(child) for child in children], population)
    return found


def optuna_run(seed):
    """Its sampler with its defaults and its own handling of constraints; TPE multivariate, which is better here."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.filterwarnings("ignore")
    limits = {"constraints_func": lambda trial: (trial.user_attrs["missed"],)}
    if sampler == "optuna-nsga2":
        chosen = optuna.samplers.NSGAIISampler(seed=seed, **limits)
    else:
        chosen = optuna.samplers.TPESampler(seed=seed, multivariate=True, **limits)
    study = optuna.create_study(directions=["minimize", "minimize"], sampler=chosen)
    found = []
    for count in range(1, evaluations + 1):
        trial = study.ask()
        costs, missed = evaluated([trial.suggest_int(path, 0, size - 1) for path, size in zip(PATHS, SIZES)])
        trial.set_user_attr("missed", missed)
        if costs is not None and missed == 0:
            found.append([count, *costs])
        study.tell(trial, costs or (CHIP_MISSES, CHIP_MISSES))
    return found


def version():
    module = __import__("deap" if sampler == "deap" else "optuna")
    return module.__version__


RUN = deap_run if sampler == "deap" else optuna_run
print(json.dumps({"version": version(), "runs": [RUN(seed) for seed in range(1, seeds + 1)]}))

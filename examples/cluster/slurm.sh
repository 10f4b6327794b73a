#!/bin/sh
# One shard of a search for each task of a Slurm array. Notice: tasks talk to nobody, and a task that is run again goes on where it was.
#
#   STUDY=study.yaml OUT=/shared/night sbatch --array=0-7 examples/cluster/slurm.sh
#   ecotile status /shared/night
#   STUDY=study.yaml OUT=/shared/night sbatch --array=$(ecotile status /shared/night --array) examples/cluster/slurm.sh     # what was lost
#   ecotile merge /shared/night --out night
#
# The number of shards is that of the whole search, whatever part of the array is submitted: SHARDS=8.
#SBATCH --job-name=ecotile
#SBATCH --cpus-per-task=4
#SBATCH --mem=4G
#SBATCH --time=04:00:00
set -eu
# shellcheck disable=SC2086 # ECOTILE may be several words
exec ${ECOTILE:-ecotile} search "$STUDY" --shard "auto/${SHARDS:-8}" --out "$OUT" --workers "${SLURM_CPUS_PER_TASK:-1}" --quiet

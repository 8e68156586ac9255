#!/usr/bin/env bash
# Builds the reference of Tensor and NN into .build/documentation with the toolchain's docc; a warning is an error.
set -euo pipefail
cd "$(dirname "$0")/.."

rm -rf .build/documentation
log=$(swift package dump-symbol-graph --minimum-access-level public 2>&1) || { echo "$log" >&2; exit 1; }
graphs=$(dirname "$(find .build -name Tensor.symbols.json -path '*symbolgraph*' | head -1)")
for module in Tensor NN; do
  mkdir -p ".build/documentation/symbols/$module"
  find "$graphs" -name "$module.symbols.json" -exec cp {} ".build/documentation/symbols/$module/" \;
  docc convert "Sources/$module/$module.docc" --additional-symbol-graph-dir ".build/documentation/symbols/$module" \
    --fallback-display-name "$module" --fallback-bundle-identifier "SFVideo.$module" \
    --transform-for-static-hosting --warnings-as-errors --output-path ".build/documentation/$module.doccarchive"
  echo "python3 -m http.server -d .build/documentation/$module.doccarchive" \
    "  # then http://localhost:8000/documentation/${module,,}"
done

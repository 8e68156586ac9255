#!/usr/bin/env bash
# Builds the reference of all modules into .build/documentation with the toolchain's docc; a warning is an error.
set -euo pipefail
cd "$(dirname "$0")/.."

modules="Tensor NN Distributed Vision Datasets Evaluation SFModels"
documentation="$PWD/.build/documentation"
# Built apart, where the symbols of a module are written whenever it is compiled, and kept until then.
graphs="$PWD/.build/reference/graphs"
rm -rf "$documentation"
mkdir -p "$graphs"

for last in SFModels Evaluation Distributed; do
  swift build --scratch-path .build/reference --target $last -Xswiftc -emit-symbol-graph \
    -Xswiftc -emit-symbol-graph-dir -Xswiftc "$graphs" -Xswiftc -symbol-graph-minimum-access-level -Xswiftc public
done

for module in $modules; do
  mkdir -p "$documentation/symbols/$module"
  cp "$graphs/$module.symbols.json" "$graphs/$module"@*.symbols.json "$documentation/symbols/$module/" 2>/dev/null || true
  docc convert "Sources/$module/$module.docc" --additional-symbol-graph-dir "$documentation/symbols/$module" \
    --fallback-display-name "$module" --fallback-bundle-identifier "SFVideo.$module" \
    --transform-for-static-hosting --warnings-as-errors --output-path "$documentation/$module.doccarchive"
  echo "python3 -m http.server -d .build/documentation/$module.doccarchive" \
    "  # then http://localhost:8000/documentation/${module,,}"
done

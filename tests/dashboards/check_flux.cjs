// Reads a JSON list of Flux texts; prints for each whether Flux's own parser and type checker accept it.
const { createRequire } = require("module");
const load = createRequire(process.argv[2] + "/");
const { is_valid_flux } = load("@influxdata/flux-lsp-node");
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
console.log(JSON.stringify(texts.map((text) => is_valid_flux(text))));

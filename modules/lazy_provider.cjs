// Preloaded into jsii's Node (modules/quick_start.py). The index of the provider's package loads its two thousand
// modules at once; with this each is loaded when it is first asked for. An index of another form stays as it is.
"use strict";

const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

const INDEX = path.join(path.sep, "@cdktf", "provider-aws", "lib", "index.js");
const AT_ONCE = /^exports\.(\w+) = require\((".+?")\);$/gm;
const WHEN_ASKED_FOR = 'Object.defineProperty(exports, "$1", { enumerable: true, get: () => require($2) });';

const loadScript = Module._extensions[".js"];

Module._extensions[".js"] = (module, filename) => {
  if (!filename.endsWith(INDEX)) {
    loadScript(module, filename);
    return;
  }
  const source = fs.readFileSync(filename, "utf8");
  module._compile(source.replace(AT_ONCE, WHEN_ASKED_FOR), filename);
};

axe.run(document, { resultTypes: ["violations"] }).then((found) =>
  found.violations.map(({ id, impact, help, nodes }) => ({ id, impact, help, nodes: nodes.map((node) => node.target.join(" ") + " " + (node.any[0]?.message ?? "")) })))

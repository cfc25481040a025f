// Writes what the server says of its schema to schema.graphql, for relay-compiler.
import { writeFileSync } from "node:fs";
import { buildClientSchema, getIntrospectionQuery, printSchema } from "graphql";

const response = await fetch(process.env.CUSTOMER360_URL ?? "http://127.0.0.1:8080/graphql", {
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify({ query: getIntrospectionQuery({ oneOf: true, specifiedByUrl: true }) }),
});
const { data } = await response.json();
writeFileSync("schema.graphql", printSchema(buildClientSchema(data)));

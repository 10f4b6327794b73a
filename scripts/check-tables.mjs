// Looks at the tables of src/cost/tables as the build has read them: at run time nobody does. Ends with an error where one is not what it must be.
const { checkTable, tableNames } = await import(new URL("../dist/src/cost/table-check.js", import.meta.url));
for (const name of tableNames()) checkTable(name);

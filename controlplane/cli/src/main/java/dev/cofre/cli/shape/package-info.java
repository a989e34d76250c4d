/** What the documents of keys as code look like: one description, for the check and the schema. */
package dev.cofre.cli.shape;

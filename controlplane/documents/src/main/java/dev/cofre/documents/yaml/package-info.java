/** Reads YAML 1.2 with the line of every value, and refuses what would cost more than it says. */
package dev.cofre.documents.yaml;

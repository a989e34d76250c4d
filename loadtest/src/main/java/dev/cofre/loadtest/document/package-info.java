/** YAML files whose every wrong field is named with its line and what may stand there. */
package dev.cofre.loadtest.document;

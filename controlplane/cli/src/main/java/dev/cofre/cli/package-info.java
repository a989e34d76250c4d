/** The command line: one small class per command, started by {@link dev.cofre.cli.CofreCli}. */
package dev.cofre.cli;

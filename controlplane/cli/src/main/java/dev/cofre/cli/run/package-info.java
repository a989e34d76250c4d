/** Runs a command with secrets in its environment and in files, and keeps these up to date. */
package dev.cofre.cli.run;

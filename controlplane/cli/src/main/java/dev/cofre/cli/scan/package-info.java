/** Looks for tokens and known values of secrets in files and in the history of git. */
package dev.cofre.cli.scan;

/**
 * Secrets of other systems: their files read, named and described for Cofre, and bundles opened.
 */
package dev.cofre.cli.migrate;

/** Keeps files with secrets, credentials and certificates up to date. */
package dev.cofre.cli.agent;

/** The command line of {@code ./cofre load}. */
package dev.cofre.loadtest.command;

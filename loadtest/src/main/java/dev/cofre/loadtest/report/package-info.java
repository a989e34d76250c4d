/** What a run leaves behind: figures for programs, and one page for people. */
package dev.cofre.loadtest.report;

/** What a run leaves behind. */
package dev.cofre.loadtest.report;

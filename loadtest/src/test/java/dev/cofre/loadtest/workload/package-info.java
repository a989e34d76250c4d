/** Workload files and what they draw. */
package dev.cofre.loadtest.workload;

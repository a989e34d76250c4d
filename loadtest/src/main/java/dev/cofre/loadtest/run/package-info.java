/** What {@code ./cofre load} does: runs, searches for the capacity, comparisons, merging. */
package dev.cofre.loadtest.run;

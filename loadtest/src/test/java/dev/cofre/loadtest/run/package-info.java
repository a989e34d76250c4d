/** Capacity search, comparison, merging. */
package dev.cofre.loadtest.run;

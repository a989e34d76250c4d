/** What must hold of a run, and whether it did. */
package dev.cofre.loadtest.slo;

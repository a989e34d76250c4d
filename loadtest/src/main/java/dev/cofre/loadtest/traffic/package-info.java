/** Prepared requests from a workload, whose answers can be checked. */
package dev.cofre.loadtest.traffic;

/** SLO files and verdicts. */
package dev.cofre.loadtest.slo;

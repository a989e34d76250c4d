/** The template of reports: one HTML file with a verdict, plots, tables; it reaches for nothing. */
package dev.cofre.report;

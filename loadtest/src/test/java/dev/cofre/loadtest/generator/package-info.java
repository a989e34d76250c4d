/** The generator against real, tiny servers that stall, refuse, hang and break. */
package dev.cofre.loadtest.generator;

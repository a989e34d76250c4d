/** Echo servers: the reference that the end-to-end benchmarks are measured against. */
package dev.cofre.benchmarks.echo;

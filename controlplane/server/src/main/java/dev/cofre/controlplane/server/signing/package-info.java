/** The key in the HSM by which this installation signs. */
package dev.cofre.controlplane.server.signing;

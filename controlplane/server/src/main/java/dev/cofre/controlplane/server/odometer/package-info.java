/** How much each version of a key has encrypted, counted from the archive. */
package dev.cofre.controlplane.server.odometer;

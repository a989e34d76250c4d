/** Signed snapshot statements for data plane nodes, and the requests held until a change. */
package dev.cofre.controlplane.server.snapshot;

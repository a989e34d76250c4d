/** Who calls: bearer tokens and client certificates. */
package dev.cofre.controlplane.server.identity;

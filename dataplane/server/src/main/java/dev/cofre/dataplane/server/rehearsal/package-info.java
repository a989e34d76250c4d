/** A node serves requests to itself before it is ready, so that nobody meets it cold. */
package dev.cofre.dataplane.server.rehearsal;

/**
 * The archive: what all nodes' audit logs hold, as they were sealed, with an index beside each
 * segment.
 */
package dev.cofre.controlplane.server.archive;

/**
 * What is removed from the archive of audit events when its time is over, and what is held
 * (docs/adr/0028-retention.md).
 */
package dev.cofre.controlplane.server.retention;

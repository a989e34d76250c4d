/**
 * The control plane's state in H2 or PostgreSQL. Every change of what data planes follow appends a
 * snapshot revision in its own transaction.
 */
package dev.cofre.controlplane.server.store;

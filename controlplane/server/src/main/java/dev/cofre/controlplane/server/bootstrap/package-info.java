/** The first principals, and the demonstration key of a development home. */
package dev.cofre.controlplane.server.bootstrap;

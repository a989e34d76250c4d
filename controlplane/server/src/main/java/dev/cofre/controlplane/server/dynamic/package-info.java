/** Systems in which credentials are made: one small SPI, and an engine for each kind of system. */
package dev.cofre.controlplane.server.dynamic;

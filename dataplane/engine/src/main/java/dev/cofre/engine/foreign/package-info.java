/** Native libraries of the machine. */
package dev.cofre.engine.foreign;

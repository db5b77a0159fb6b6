//! A simulated tenant that enforces the rules of Teams' import API.

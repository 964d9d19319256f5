module examples

go 1.19

require libvideodb_rt/bindings/go v0.0.0

replace libvideodb_rt/bindings/go => ../../bindings/go

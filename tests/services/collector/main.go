// An OpenTelemetry Collector with the OTLP receiver of the real one, which writes what it received to a file: one line
// of OTLP JSON per request. The tests build it with `go build`; see ../collector.py.
package main

import (
	"context"
	"log"
	"os"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/confmap/provider/yamlprovider"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/otelcol"
	"go.opentelemetry.io/collector/pdata/plog"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
	"go.opentelemetry.io/collector/service/telemetry/otelconftelemetry"
)

type config struct {
	Path string `mapstructure:"path"`
}

// lines writes what it is given to a file, one line each.
func lines(path string) (func(line []byte, err error) error, error) {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	return func(line []byte, err error) error {
		if err != nil {
			return err
		}
		_, err = file.Write(append(line, '\n'))
		return err
	}, nil
}

func newTraces(ctx context.Context, set exporter.Settings, given component.Config) (exporter.Traces, error) {
	write, err := lines(given.(*config).Path)
	if err != nil {
		return nil, err
	}
	marshaler := ptrace.JSONMarshaler{}
	push := func(_ context.Context, traces ptrace.Traces) error { return write(marshaler.MarshalTraces(traces)) }
	return exporterhelper.NewTraces(ctx, set, given, push)
}

func newLogs(ctx context.Context, set exporter.Settings, given component.Config) (exporter.Logs, error) {
	write, err := lines(given.(*config).Path + ".logs")
	if err != nil {
		return nil, err
	}
	marshaler := plog.JSONMarshaler{}
	push := func(_ context.Context, logs plog.Logs) error { return write(marshaler.MarshalLogs(logs)) }
	return exporterhelper.NewLogs(ctx, set, given, push)
}

func factories() (otelcol.Factories, error) {
	file := component.MustNewType("lines")
	receiver_ := otlpreceiver.NewFactory()
	exporter_ := exporter.NewFactory(
		file,
		func() component.Config { return &config{} },
		exporter.WithTraces(newTraces, component.StabilityLevelStable),
		exporter.WithLogs(newLogs, component.StabilityLevelStable),
	)
	return otelcol.Factories{
		Receivers: map[component.Type]receiver.Factory{receiver_.Type(): receiver_},
		Exporters: map[component.Type]exporter.Factory{file: exporter_},
		Telemetry: otelconftelemetry.NewFactory(),
	}, nil
}

func main() {
	command := otelcol.NewCommand(otelcol.CollectorSettings{
		BuildInfo: component.BuildInfo{Command: "collector", Version: "test"},
		Factories: factories,
		ConfigProviderSettings: otelcol.ConfigProviderSettings{ResolverSettings: confmap.ResolverSettings{
			DefaultScheme:     "yaml",
			ProviderFactories: []confmap.ProviderFactory{fileprovider.NewFactory(), yamlprovider.NewFactory()},
		}},
	})
	if err := command.Execute(); err != nil {
		log.Fatal(err)
	}
}

"""The routes of every surface."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
